using MedQA.Evaluation.Extraction;
using MedQA.Inference.Prompts;

namespace MedQA.Inference.Decoding;

/// <summary>How many tokens the thoughts of a sample may have, together.</summary>
/// <param name="Tokens">How many; 0 or more.</param>
/// <param name="Marks">The model's marks.</param>
/// <param name="Opened">The thought in which the prompt ends, or <see langword="null"/>.</param>
internal sealed record ThoughtBudget(int Tokens, ThoughtTokens Marks, ThoughtMarker? Opened);
