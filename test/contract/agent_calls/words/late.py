WORD = "asked for"
