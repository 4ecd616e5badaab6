from conc_agent import modules


def serve(_channel, request):
    """What comes of names that are asked for together, and of words that are none."""
    hook = modules.installed()
    assert hook is not None
    for wrong in ("conc_agent", 7, {"names": []}, [7, None, ["os"]]):
        hook.need_several(wrong)
    hook.need_several(request)
    with hook._changed:
        hook._changed.wait_for(lambda: all(name in hook._known for name in request))
    return {name: hook._known[name] for name in request}
