"""GET a URL given as the argument, and print ``{status, headers, body}`` as JSON. Redirects are not followed."""

import http.client
import json
import sys
from urllib.parse import urlsplit

url = urlsplit(sys.argv[1])
connection = http.client.HTTPConnection(url.hostname or "", url.port or 80, timeout=10)
connection.request("GET", url.path + (f"?{url.query}" if url.query else ""))
response = connection.getresponse()
headers = {name.lower(): value for name, value in response.getheaders()}
json.dump({"status": response.status, "headers": headers, "body": response.read().decode("utf-8", "replace")}, sys.stdout)
