namespace MedQA.Evaluation.Prompting;

/// <summary>A question cannot be written by a profile's template: the template names an option that the question does not have.</summary>
public sealed class PromptException(string message) : InputException(message);
