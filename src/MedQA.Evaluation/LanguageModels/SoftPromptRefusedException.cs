namespace MedQA.Evaluation.LanguageModels;

/// <summary>A soft prompt cannot stand in front of a model's prompts. The message is a sentence for people.</summary>
/// <param name="message">Why not, and what to do.</param>
/// <param name="inner">What was caught, if anything.</param>
public sealed class SoftPromptRefusedException(string message, Exception? inner = null) : Exception(message, inner);
