"""Vietnamese numbers are grouped in threes; Django's own file leaves that out."""

NUMBER_GROUPING = 3
