namespace MedQA.Evaluation.Extraction;

/// <summary>The answer that a text gives.</summary>
/// <param name="Option">The option, 0-based.</param>
/// <param name="Span">Where the option is named.</param>
internal readonly record struct ExtractedAnswer(int Option, TextSpan Span);
