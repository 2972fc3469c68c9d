"""A small web application on Flask that asks itself for one page and prints the answer."""

from flask import Flask, jsonify, render_template_string

app = Flask(__name__)
PRICES = {"tea": 3, "cake": 5}
BILL = "{% for item, price in prices.items() %}{{ item }}: {{ price }}{{ ', ' if not loop.last }}{% endfor %}"


@app.get("/bill")
def bill() -> object:
    """Answer with a rendered template and a sum."""
    return jsonify(text=render_template_string(BILL, prices=PRICES), total=sum(PRICES.values()))


def main() -> None:
    """Send one request through the whole application, without a network."""
    response = app.test_client().get("/bill")
    print(f"GET /bill -> {response.status} {response.get_data(as_text=True).strip()}")


if __name__ == "__main__":
    main()
