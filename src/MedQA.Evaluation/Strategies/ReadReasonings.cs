using System.Collections.Immutable;
using MedQA.Evaluation.Answering;
using MedQA.Evaluation.Modelling;
using MedQA.Evaluation.Profiles;

namespace MedQA.Evaluation.Strategies;

/// <summary>Reads the answers of samples; where a sample gives none, forces one by the answer cue or leaves it without.</summary>
internal static class ReadReasonings
{
    /// <summary>The reasonings of samples that were drawn after a prompt, in their order.</summary>
    public static async Task<ImmutableArray<Reasoning>> OfAsync(AskedQuestion asked, IReadPrompt prompt, IReadOnlyList<Sample> samples, int stage, CancellationToken cancellationToken)
    {
        var reasonings = samples.Select(sample => Read(asked, sample, stage)).ToArray();
        var unread = Enumerable.Range(0, reasonings.Length).Where(index => reasonings[index].Answer is null).ToList();
        if (unread.Count > 0 && asked.Profile.OnUnparsed == UnparsedHandling.Force)
        {
            var continuations = asked.Form.CueContinuations;
            var scores = await prompt.ScoreAsync([.. unread.Select(index => new ScoreRequest(samples[index].Tokens, asked.Form.Cue, continuations))], cancellationToken);
            for (var i = 0; i < unread.Count; i++)
            {
                var likelihoods = scores[i].Select(static score => score.LogLikelihood).ToImmutableArray();
                reasonings[unread[i]] = reasonings[unread[i]] with { Answer = IndexOfHighest(likelihoods), Forced = true, OptionLogLikelihoods = likelihoods };
            }
        }

        return [.. reasonings];
    }

    /// <summary>The first of the highest values.</summary>
    public static int IndexOfHighest(ReadOnlySpan<double> values)
    {
        var best = 0;
        for (var i = 1; i < values.Length; i++)
        {
            if (values[i] > values[best])
            {
                best = i;
            }
        }

        return best;
    }

    private static int IndexOfHighest(ImmutableArray<double> values) => IndexOfHighest(values.AsSpan());

    private static Reasoning Read(AskedQuestion asked, Sample sample, int stage)
    {
        var answer = asked.Extraction.Find(sample.Text, asked.Stop);
        return new Reasoning
        {
            Index = sample.Index,
            Stage = stage,
            Text = sample.Text,
            Tokens = sample.Tokens,
            LogLikelihood = sample.LogLikelihood,
            DrawnTokens = sample.DrawnTokens,
            End = sample.End,
            Answer = answer?.Option,
            AnswerSpan = answer?.Span,
        };
    }
}
