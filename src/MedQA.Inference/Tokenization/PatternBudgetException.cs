namespace MedQA.Inference.Tokenization;

/// <summary>
/// A split pattern needs more steps on a text than any pattern of a sane tokenizer would. Reported to callers as an
/// <see cref="Evaluation.UnusableException"/>.
/// </summary>
internal sealed class PatternBudgetException : Exception;
