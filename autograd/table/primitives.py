"""Primitives in languages other than Python: what JavaScript's `Math` does not have, and operations on lists."""

JAVASCRIPT = {
    # erf(x) = 2/√π e^(-x²) Σ 2ⁿ x^(2n+1) / (1·3·5···(2n+1)); all terms have one sign, so nothing cancels
    # (Abramowitz and Stegun, 7.1.6). For |x| >= 6 it is 1 to the last digit.
    "erf": """function erf(x) {
  if (Math.abs(x) >= 6) return Math.sign(x);
  let term = x, total = x;
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(total); n++) total += term *= 2 * x * x / (2 * n + 1);
  return 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * total;
}""",
    "sum": "function sum(values) { return values.reduce((total, value) => total + value, 0); }",
    "affine": "function affine(bias, weights, inputs) { "
              "return weights.reduce((total, w, i) => total + w * inputs[i], bias); }",
    "dot": "function dot(weights, inputs) { return weights.reduce((total, w, i) => total + w * inputs[i], 0); }",
    "logsumexp": """function logsumexp(values) {
  const largest = Math.max(...values);
  return largest + Math.log(values.reduce((total, value) => total + Math.exp(value - largest), 0));
}""",
    "take": """function take(index, values) {
  if (!Number.isInteger(index) || index < 0 || index >= values.length) throw new RangeError(`no value ${index}`);
  return values[index];
}""",
}

# The functions that Python's `math` and JavaScript's `Math` both have, by the same name.
MATH = {
    "acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "cbrt", "ceil", "cos", "cosh", "exp", "expm1", "floor",
    "hypot", "log", "log10", "log1p", "log2", "pow", "sin", "sinh", "sqrt", "tan", "tanh", "trunc",
}

# Words that cannot name a function or a variable in JavaScript though they can in Python, and the one name that all
# the formulas use.
_JAVASCRIPT_WORDS = {
    "arguments", "case", "catch", "const", "debugger", "default", "delete", "do", "enum", "eval", "export",
    "extends", "false", "function", "implements", "instanceof", "interface", "let", "new", "null", "package",
    "private", "protected", "public", "static", "super", "switch", "this", "throw", "true", "typeof", "var", "void",
    "Math",
}


def javascript_name(name: str) -> str:
    """A name as it is in JavaScript: `var_` for `var`."""
    return f"{name}_" if name in _JAVASCRIPT_WORDS else name
