"""Units and people from the office's own tables: `tables` reads a file or a pasted block, `columns` recognises the headings,
`names` finds units however they are written, `units` and `people` say of each row what it would do and do it, `reports`
writes the table back with what became of it. The verbs are in `actions`.
"""
