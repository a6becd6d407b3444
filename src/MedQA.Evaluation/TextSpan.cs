namespace MedQA.Evaluation;

/// <summary>A part of a text.</summary>
/// <param name="Start">First UTF-16 unit.</param>
/// <param name="Length">Number of UTF-16 units.</param>
public readonly record struct TextSpan(int Start, int Length);
