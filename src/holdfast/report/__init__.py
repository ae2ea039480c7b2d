"""The page of a site: one HTML file that needs nothing else, written from the engine's answer to `report`.

May import `errors` and values of the engine. Everything that is text goes through `markup`, so that no name of a file
is ever read as HTML; `page.html`, `page.css` and `page.js` are put into the page as they are.
"""
