namespace MedQA.Inference.Tokenization;

/// <summary>
/// A split pattern needs more steps on a text than any pattern of a sane tokenizer would. Told to callers as a
/// <see cref="Models.ModelException"/>.
/// </summary>
internal sealed class PatternBudgetException : Exception;
