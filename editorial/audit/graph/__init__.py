"""How the pages of one site lead to each other: pure functions over numbers, one near-linear pass each.

Pages are the numbers of an audit's addresses. 22,600 pages with two million links pass in seconds, because ids stand
in arrays and no pair of pages is looked at but those that a link joins.
"""
