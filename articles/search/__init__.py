"""Current facts with their sources: one backend a service, behind one protocol."""
