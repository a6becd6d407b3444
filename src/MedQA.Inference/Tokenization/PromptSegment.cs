namespace MedQA.Inference.Tokenization;

/// <summary>A part of a rendered prompt with where its text is from.</summary>
/// <param name="Text">The text.</param>
/// <param name="FromTemplate">Whether the chat template wrote it; else it is what a message says.</param>
public readonly record struct PromptSegment(string Text, bool FromTemplate);
