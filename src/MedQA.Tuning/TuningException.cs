namespace MedQA.Tuning;

/// <summary>
/// A tuning cannot be done as asked. The message is a sentence for people that says what was wrong, where, and what to do.
/// </summary>
internal sealed class TuningException(string message, Exception? inner = null) : Exception(message, inner);
