"""What must not be lost: messages, deliveries, legs, attempts, tasks. The only place that knows SQL (DESIGN 4)."""
