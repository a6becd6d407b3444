using System.Collections.Immutable;
using MedQA.Evaluation.LanguageModels;
using MedQA.Evaluation.Randomness;
using MedQA.Inference.Sampling;
using MedQA.Inference.Sessions;
using MedQA.Inference.Tokenization;

namespace MedQA.Inference.Decoding;

/// <summary>Draws the samples of a request. Not safe for concurrent use.</summary>
/// <param name="session">The graph.</param>
/// <param name="tokenizer">The model's tokenizer.</param>
/// <param name="endTokens">The ids that end a sample.</param>
internal sealed class SampleDrawing(DecoderSession session, Tokenizer tokenizer, ImmutableArray<int> endTokens)
{
    private readonly TokenSampler _sampler = new(session.Layout.VocabularySize);

    /// <summary>Draws the samples of a plan, group after group.</summary>
    /// <param name="prompt">The prompt's cells; not changed.</param>
    /// <param name="promptLogits">The logits after the prompt.</param>
    /// <param name="plan">Groups and mode.</param>
    /// <param name="request">The request.</param>
    /// <param name="work">The cache in which the samples grow.</param>
    /// <param name="cancellationToken">Checked before each pass.</param>
    /// <param name="thoughts">What the samples may think; <see langword="null"/> for no limit.</param>
    public Sample[] Draw(
        KeyValueCache prompt,
        ReadOnlySpan<float> promptLogits,
        SamplePlan plan,
        SampleRequest request,
        KeyValueCache work,
        CancellationToken cancellationToken,
        ThoughtBudget? thoughts = null)
    {
        var all = new SampleInProgress[request.Count];
        var start = 0;
        foreach (var size in plan.GroupSizes)
        {
            var group = all.AsSpan(start, size);
            for (var index = 0; index < size; index++)
            {
                group[index] = Begin(promptLogits, request, start + index, thoughts);
            }

            Finish(group, size => Hold(prompt, plan.IsPacked, size, request.MaxTokens, work), cancellationToken);
            start += size;
        }

        return [.. all.Select(static sample => sample.Finish())];
    }

    /// <summary>Draws one sample for each of several prompts, which may differ in length, as the rows of one batch.</summary>
    /// <param name="prompts">The prompts' cells, logits and wishes; the cells are not changed.</param>
    /// <param name="work">The cache in which the samples grow.</param>
    /// <param name="cancellationToken">Checked before each pass.</param>
    public Sample[] DrawTogether(
        IReadOnlyList<(ReadTokens Prompt, SampleRequest Request)> prompts, KeyValueCache work, CancellationToken cancellationToken)
    {
        var samples = prompts.Select(prompt => Begin(prompt.Prompt.Logits, prompt.Request, 0)).ToArray();
        Finish(
            samples,
            rows =>
            {
                // Every row is as long as the longest while any of them continues.
                work.Reshape(
                    rows,
                    prompts.Max(static prompt => prompt.Prompt.Ids.Length) + prompts.Max(static prompt => prompt.Request.MaxTokens) - 1);
                work.Fill([.. prompts.Select(static prompt => prompt.Prompt.Cache)]);
                return new RowBatch(session, work, [.. prompts.Select(static prompt => prompt.Prompt.Ids.Length)]);
            },
            cancellationToken);
        return [.. samples.Select(static sample => sample.Finish())];
    }

    private SampleBatch Hold(KeyValueCache prompt, bool isPacked, int samples, int maxTokens, KeyValueCache work)
    {
        work.Reshape(isPacked ? 1 : samples, SamplePlan.CellsOf(isPacked, prompt.Length, samples, maxTokens));
        work.Fill(prompt, prompt.Length);
        return isPacked ? new PackedBatch(session, work) : new RowBatch(session, work);
    }

    /// <summary>Starts a sample: draws its first token.</summary>
    public SampleInProgress Begin(ReadOnlySpan<float> promptLogits, SampleRequest request, int index, ThoughtBudget? thoughts = null)
    {
        var sample = new SampleInProgress(request.FirstIndex + index, request, new(tokenizer, request.Stop), endTokens, thoughts);
        sample.Append(Draw(promptLogits, sample));
        return sample;
    }

    /// <summary>Draws tokens until every sample of a group has ended.</summary>
    private void Finish(ReadOnlySpan<SampleInProgress> group, Func<int, SampleBatch> hold, CancellationToken cancellationToken)
    {
        Span<int> active = new int[group.Length];
        Span<int> tokens = new int[group.Length];
        var count = Gather(group, active, tokens);
        if (count == 0)
        {
            return;
        }

        var batch = hold(group.Length);
        while (count > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            batch.Step(active[..count], tokens[..count]);
            for (var index = 0; index < count; index++)
            {
                var sample = group[active[index]];
                sample.Append(Draw(batch.LogitsOf(index), sample));
            }

            count = Gather(group, active, tokens);
        }
    }

    /// <summary>Draws a sample's next token.</summary>
    public DrawnToken Draw(ReadOnlySpan<float> logits, SampleInProgress sample)
    {
        var request = sample.Request;
        var uniform = request.Temperature == 0 ? 0 : new RandomStream(request.StreamKey).Uniform(sample.Place, sample.Index, request.Stage);
        return _sampler.Draw(logits, new(request.Temperature, request.TopP, request.TopK, request.MinP), uniform);
    }

    /// <summary>Lists the samples that continue, and their last tokens.</summary>
    private static int Gather(ReadOnlySpan<SampleInProgress> group, Span<int> active, Span<int> tokens)
    {
        var count = 0;
        for (var index = 0; index < group.Length; index++)
        {
            if (!group[index].HasEnded)
            {
                active[count] = index;
                tokens[count] = group[index].LastToken;
                count++;
            }
        }

        return count;
    }
}
