"""Pictures for articles: one backend a service behind one protocol, and where they are kept."""
