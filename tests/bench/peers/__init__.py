"""Peers: other programs that answer the same question, each as fast as it can be written plainly."""
