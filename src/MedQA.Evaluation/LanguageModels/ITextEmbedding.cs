using System.Collections.Immutable;

namespace MedQA.Evaluation.LanguageModels;

/// <summary>
/// Places texts in a space in which texts of like content are near each other: what some language models can do besides continuing texts.
/// </summary>
/// <remarks>The same text has the same embedding whenever it is asked for. Safe for concurrent use.</remarks>
public interface ITextEmbedding
{
    /// <summary>Returns the embedding of a text.</summary>
    /// <param name="text">Not empty. A text that is longer than the model's context is judged by its beginning.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <returns>A vector of length 1, of the same dimension for every text; its product with another one is the cosine of their
    /// angle.</returns>
    Task<ImmutableArray<float>> EmbedAsync(string text, CancellationToken cancellationToken);
}
