namespace MedQA.Evaluation.Extraction.Words;

/// <summary>The words of a language by which statements of an answer are recognized.</summary>
/// <param name="Roles">Words, separated by spaces, by what they do.</param>
/// <param name="Phrases">Words that together do what they do not do alone: their roles replace those of the single words.</param>
internal sealed record LanguageWords(IReadOnlyDictionary<WordRoles, string> Roles, IReadOnlyList<(string Words, WordRoles Roles)> Phrases);
