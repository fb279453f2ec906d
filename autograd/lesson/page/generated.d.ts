// What arithmetic.py writes in front of the scripts, and the page around them.
declare const arithmetic: Calculation[];
declare const STRINGS: Record<string, Record<string, string>>;
