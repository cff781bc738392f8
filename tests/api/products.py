"""A product as staff send it."""

MUG = {"name": "Mug", "description": "<p>Clay<script>x</script></p>", "price": "19.90", "stock": 12}
