using System.Collections.Immutable;
using MedQA.Evaluation.Answering;
using MedQA.Evaluation.Extraction;
using MedQA.Evaluation.LanguageModels;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Prompting;

namespace MedQA.Evaluation.Asking;

/// <summary>Reads the answers of samples; where a sample gives none, forces one by the answer cue or leaves it without.</summary>
internal static class ReadReasonings
{
    /// <summary>The stage of the first stage's follow-up turns: above those of every strategy.</summary>
    internal const int FollowUpStage = 16;

    /// <summary>Returns the reasonings of samples that were drawn after a prompt, in their order.</summary>
    public static async Task<ImmutableArray<Reasoning>> OfAsync(
        AskedQuestion asked, IReadPrompt prompt, IReadOnlyList<Sample> samples, int stage, CancellationToken cancellationToken)
    {
        var extraction = asked.Extraction;
        var reasonings = samples.Select(sample => Read(extraction, asked.Stop, sample, stage)).ToArray();
        if (asked.Question.SeveralRight)
        {
            // The scores of single letters say nothing of sets: who names none gives no vote, whatever the model and the profile.
            return [.. reasonings];
        }

        var unread = Enumerable.Range(0, reasonings.Length)
            .Where(index => reasonings[index] is { Answer: null, End: not SampleEnd.ContentFilter })
            .ToList();
        if (unread.Count > 0 && asked.Profile.OnUnparsed == UnparsedHandling.Force && !asked.Model.Description.GivesLogLikelihoods)
        {
            var answers = await Task.WhenAll(unread.Select(index => FollowUpAsync(asked, samples[index], stage, cancellationToken)));
            for (var i = 0; i < unread.Count; i++)
            {
                reasonings[unread[i]] = reasonings[unread[i]] with
                {
                    Answer = answers[i].Option,
                    Forced = answers[i].Option is not null,
                    FollowUp = answers[i].Text
                };
            }
        }
        else if (unread.Count > 0 && asked.Profile.OnUnparsed == UnparsedHandling.Force)
        {
            var form = asked.Form;
            var scores = await prompt.ScoreAsync([.. unread.Select(index => ScoresAfter(form, samples[index]))], cancellationToken);
            for (var i = 0; i < unread.Count; i++)
            {
                var likelihoods = scores[i].Select(static score => score.LogLikelihood).ToImmutableArray();
                reasonings[unread[i]] = reasonings[unread[i]] with
                {
                    Answer = IndexOfHighest(likelihoods.AsSpan()),
                    Forced = true,
                    OptionLogLikelihoods = likelihoods
                };
            }
        }

        return [.. reasonings];
    }

    /// <summary>Returns a sample with the answer that its text gives.</summary>
    public static Reasoning Read(AnswerExtraction extraction, ImmutableArray<string> stop, Sample sample, int stage)
    {
        if (sample.End == SampleEnd.ContentFilter)
        {
            return Unread(sample, stage);
        }

        if (extraction.FindSet(sample.Text, stop, sample.SpokenPart) is { } set)
        {
            return Unread(sample, stage) with { AnswerSet = set.Options, AnswerSpan = set.Span };
        }

        var answer = extraction.Find(sample.Text, stop, sample.SpokenPart);
        return Unread(sample, stage) with { Answer = answer?.Option, AnswerSpan = answer?.Span };
    }

    /// <summary>Returns a sample of which no answer is read.</summary>
    public static Reasoning Unread(Sample sample, int stage) => new()
    {
        Index = sample.Index,
        Stage = stage,
        Text = sample.Text,
        Tokens = sample.Tokens,
        LogLikelihood = sample.LogLikelihood,
        DrawnTokens = sample.DrawnTokens,
        End = sample.End,
        SpokenPart = sample.SpokenPart,
        Thought = sample.Thought,
        Thinking = sample.Thinking,
    };

    /// <summary>Asks for the scores of all answers after a sample and the answer cue.</summary>
    /// <remarks>
    /// The tokens of a sample that a stop text ended go beyond its text, so there the text itself precedes the cue.
    /// </remarks>
    public static ScoreRequest ScoresAfter(AnswerForm form, Sample sample) => sample.End == SampleEnd.StopText
        ? new ScoreRequest([], sample.Text + form.Cue, form.CueContinuations)
        : new ScoreRequest(sample.Tokens, form.Cue, form.CueContinuations);

    /// <summary>
    /// Asks a model that gives no scores once more for the answer to its own sample, in another turn of the conversation. What it says is
    /// read like any answer; where none can be read, or it says nothing, there is no vote. That costs the vote and not the question.
    /// </summary>
    private static async Task<(string? Text, int? Option)> FollowUpAsync(
        AskedQuestion asked, Sample sample, int stage, CancellationToken cancellationToken)
    {
        try
        {
            await using var prompt = await asked.Model.ReadAsync(
                PromptBuilder.BuildFollowUp(asked.Protocol, asked.Question, sample.Text), cancellationToken);
            var request = asked.Samples(sample.Index, 1, FollowUpStage + stage) with { Temperature = 0 };
            var said = (await prompt.SampleAsync(request, cancellationToken))[0];
            return (said.Text, Read(asked.Extraction, asked.Stop, said, stage).Answer);
        }
        catch (Exception exception) when (exception is ContextOverflowException or AnswerRefusedException)
        {
            return (null, null);
        }
    }

    /// <summary>Returns the first of the highest values.</summary>
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
}
