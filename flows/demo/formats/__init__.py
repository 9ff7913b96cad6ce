"""How each service writes its answers; one module a format, pure functions from the demo's world to text or JSON."""
