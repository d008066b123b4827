"""How Easel does what people ask for: money, jobs, vendors, storage, platforms."""
