"""What the browser sees, by capability: desk, guidance, visits."""
