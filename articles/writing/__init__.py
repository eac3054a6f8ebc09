"""How an article is written, from a brief to a draft. Knows no database."""
