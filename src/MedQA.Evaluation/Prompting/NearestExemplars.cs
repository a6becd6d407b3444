using System.Collections.Immutable;
using MedQA.Evaluation.LanguageModels;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Questions;

namespace MedQA.Evaluation.Prompting;

/// <summary>
/// Chooses a question's worked examples by their likeness to it: the nearest neighbours by the model's embedding (dynamic few-shot of
/// Medprompt, Nori et al., arXiv 2311.16452, section 4.1).
/// </summary>
internal static class NearestExemplars
{
    /// <summary>
    /// Returns the protocol for one question: its worked examples are the most similar ones of those that the run can choose from, the most
    /// similar first, so that fewer examples are the beginning of more.
    /// </summary>
    /// <remarks>
    /// Similarity is the cosine between the embeddings of context and text; between equal ones the order of the set decides. The question
    /// itself, recognized by its id or its text, is never an example.
    /// </remarks>
    /// <param name="embedding">The model's embedding.</param>
    /// <param name="protocol">The run's protocol, with all examples to choose from.</param>
    /// <param name="question">The question.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    public static async Task<Protocol> ChooseAsync(
        ITextEmbedding embedding, Protocol protocol, Question question, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(embedding);
        ArgumentNullException.ThrowIfNull(protocol);
        ArgumentNullException.ThrowIfNull(question);
        var asked = await embedding.EmbedAsync(TextOf(question.Context, question.Text), cancellationToken);
        var similarities = new List<(Exemplar Exemplar, double Similarity)>();
        foreach (var exemplar in protocol.ExemplarsFor(question)
            .Where(exemplar => exemplar.Id != question.Id && !SameText(exemplar.Text, question.Text)))
        {
            var other = await embedding.EmbedAsync(TextOf(exemplar.Context, exemplar.Text), cancellationToken);
            similarities.Add((exemplar, Cosine(asked, other)));
        }

        // OrderByDescending is stable: equal ones stay in the order of the set.
        return protocol.With(
            [.. similarities.OrderByDescending(static entry => entry.Similarity)
                .Take(protocol.Profile.Exemplars)
                .Select(static entry => entry.Exemplar)]);
    }

    /// <summary>Of vectors of length 1; summed in a fixed order, so that it is the same on every machine.</summary>
    private static double Cosine(ImmutableArray<float> one, ImmutableArray<float> other)
    {
        var sum = 0.0;
        for (var i = 0; i < one.Length; i++)
        {
            sum += (double)one[i] * other[i];
        }

        return sum;
    }

    private static string TextOf(string? context, string text) => string.IsNullOrEmpty(context) ? text : $"{context}\n{text}";

    private static bool SameText(string one, string other) =>
        Words(one).SequenceEqual(Words(other), StringComparer.OrdinalIgnoreCase);

    private static string[] Words(string text) => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
}
