"""Who writes: adapters that speak to a provider, behind one protocol."""
