using System.Text;
using MedQA.Evaluation.LanguageModels;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Prompting;
using MedQA.Evaluation.Questions;

namespace MedQA.Pipeline.Splitting;

/// <summary>
/// Finds the largest number of worked examples that fits every question of a run, in one pass. Counting the tokens of every prompt would
/// cost more than all the rest of splitting, so a question is counted only where its length in bytes, which its tokens never exceed, leaves
/// a doubt.
/// </summary>
internal sealed class ExemplarFit(Profile profile, Func<Prompt, int> countTokens, int contextLength)
{
    /// <summary>Tokens that may differ where the question's text meets the surrounding text.</summary>
    private const int Seam = 64;

    private readonly Dictionary<(string Dataset, bool Free), Shared> _shared = [];

    /// <summary>The largest number that fits every question so far.</summary>
    public int Count { get; private set; } = profile.Exemplars;

    /// <summary>
    /// Takes a question into account. One that does not fit without any worked example does not count: it fails by itself.
    /// </summary>
    public void Consider(Question question)
    {
        try
        {
            var shared = SharedFor(question);
            var prompt = PromptBuilder.Build(shared.Protocol, question);
            if (shared.Tokens + BytesOf(prompt) - shared.Bytes + Seam + profile.TokensBehindPrompt <= contextLength)
            {
                return;
            }

            Count = Math.Min(Count, PromptFit.LargestExemplarCount(shared.Protocol, question, countTokens, contextLength) ?? Count);
        }
        catch (PromptException)
        {
            // The profile's template cannot write this question; answering it says so.
        }
    }

    private Shared SharedFor(Question question)
    {
        var key = (question.Dataset, question.Options.Length == 0);
        if (_shared.TryGetValue(key, out var known) && known.Count == Count)
        {
            return known;
        }

        var protocol = Protocol.Of(profile, [key.Dataset], key.Item2).WithAtMost(Count);
        var shortest = PromptBuilder.Build(
            protocol, question with { Text = "?", Context = null, Options = [.. question.Options.Select(static _ => "?")] });
        return _shared[key] = new Shared(Count, protocol, countTokens(shortest), BytesOf(shortest));
    }

    private static int BytesOf(Prompt prompt) => prompt switch
    {
        ChatPrompt chat => chat.Messages.Sum(static message => Encoding.UTF8.GetByteCount(message.Content)),
        CompletionPrompt completion => Encoding.UTF8.GetByteCount(completion.Text),
        _ => throw new ArgumentOutOfRangeException(nameof(prompt), prompt, "Unknown prompt."),
    };

    private sealed record Shared(int Count, Protocol Protocol, int Tokens, int Bytes);
}
