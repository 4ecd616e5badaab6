"""Imports by a computed name, which nobody can foresee."""

import importlib


def serve(channel, request):
    return importlib.import_module("conc_agent." + request).WORD
