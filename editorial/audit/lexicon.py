"""Lists of words as they are read best: a block of lines, each holding alternatives of one pattern."""


def one_of(block: str) -> str:
    """The lines of a block as alternatives of a regular expression; white space around a line does not count."""
    return "|".join(line.strip() for line in block.strip().splitlines())
