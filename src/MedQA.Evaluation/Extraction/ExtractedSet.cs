using MedQA.Evaluation.Questions;

namespace MedQA.Evaluation.Extraction;

/// <summary>The options that a text answers where several can be right.</summary>
/// <param name="Options">The options, at least one.</param>
/// <param name="Span">Where they are listed.</param>
internal readonly record struct ExtractedSet(OptionSet Options, TextSpan Span);
