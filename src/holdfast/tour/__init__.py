"""`holdfast try`: a small story that anybody can watch, told on a scratch site that is gone afterwards.

`story` tells it, `application` makes versions of an example or of a copy of one's own, `steps`
starts each command in a process of its own, so that one of them can be killed, `traffic`
uploads and looks all the time, `account` judges by content. May import `session`, `config`,
`errors` and the engine.
"""
