using System.Globalization;
using MedQA.Evaluation.Answering;
using MedQA.Evaluation.LanguageModels;

namespace MedQA.Evaluation.Verifying;

/// <summary>
/// A model that draws what is stored: a strategy run on it reaches the stored samples' votes, and every sample is scored by the
/// model behind it.
/// </summary>
internal sealed class StoredSampleModel(ILanguageModel model, AnsweredQuestion stored) : ILanguageModel
{
    private readonly AnsweredQuestion _stored = stored;

    /// <summary>By how much the model's log-likelihood of a sample differs from the stored one, in nats per token, at most.</summary>
    public double LargestDeviation { get; private set; }

    /// <summary>The sample that differs most.</summary>
    public string? Worst { get; private set; }

    /// <summary>
    /// The first stored sample that cannot be: it is missing, or its text is not its tokens'; else <see langword="null"/>.
    /// </summary>
    public string? Fault { get; private set; }

    /// <inheritdoc/>
    public ModelDescription Description => model.Description;

    /// <inheritdoc/>
    public ITextEmbedding? Embedding => model.Embedding;

    /// <summary>Returns a sample's name for people.</summary>
    public static string NameOf(Reasoning reasoning) => Name(reasoning.Stage, reasoning.Index);

    /// <inheritdoc/>
    public int CountTokens(Prompt prompt) => model.CountTokens(prompt);

    /// <inheritdoc/>
    public async Task<IReadPrompt> ReadAsync(Prompt prompt, CancellationToken cancellationToken) =>
        new Read(this, await model.ReadAsync(prompt, cancellationToken));

    private static string Name(int stage, int index) =>
        string.Create(CultureInfo.InvariantCulture, $"sample {index + 1}{(stage == 0 ? "" : $" of stage {stage + 1}")}");

    private sealed class Read(StoredSampleModel owner, IReadPrompt prompt) : IReadPrompt
    {
        public int TokenCount => prompt.TokenCount;

        public async Task<IReadOnlyList<Sample>> SampleAsync(SampleRequest request, CancellationToken cancellationToken)
        {
            var samples = Enumerable.Range(request.FirstIndex, request.Count).Select(index => Find(request.Stage, index)).ToList();
            var rescored = await prompt.RescoreAsync(samples, cancellationToken);
            for (var place = 0; place < samples.Count; place++)
            {
                var (sample, name) = (samples[place], Name(request.Stage, samples[place].Index));
                var deviation = Math.Abs(rescored[place].LogLikelihood - sample.LogLikelihood) / Math.Max(1, sample.DrawnTokens);
                if (!(deviation <= owner.LargestDeviation))
                {
                    (owner.LargestDeviation, owner.Worst) = (deviation, name);
                }

                var text = rescored[place].Text;
                if (sample.End == SampleEnd.StopText ? !text.StartsWith(sample.Text, StringComparison.Ordinal) : text != sample.Text)
                {
                    owner.Fault ??= $"{name}: its text is not what its tokens say";
                }
            }

            return samples;
        }

        public Task<IReadOnlyList<RescoredSample>> RescoreAsync(IReadOnlyList<Sample> samples, CancellationToken cancellationToken) =>
            prompt.RescoreAsync(samples, cancellationToken);

        public Task<IReadOnlyList<IReadOnlyList<ContinuationScore>>> ScoreAsync(
            IReadOnlyList<ScoreRequest> requests, CancellationToken cancellationToken) =>
            prompt.ScoreAsync(requests, cancellationToken);

        public ValueTask DisposeAsync() => prompt.DisposeAsync();

        private Sample Find(int stage, int index)
        {
            foreach (var reasoning in owner._stored.Reasonings)
            {
                if (reasoning.Stage == stage && reasoning.Index == index)
                {
                    return new()
                    {
                        Index = index,
                        Text = reasoning.Text,
                        Tokens = reasoning.Tokens,
                        LogLikelihood = reasoning.LogLikelihood,
                        DrawnTokens = reasoning.DrawnTokens,
                        End = reasoning.End,
                        SpokenPart = reasoning.SpokenPart,
                        Thinking = reasoning.Thinking,
                    };
                }
            }

            owner.Fault ??= $"the strategy asks for {Name(stage, index)}, which is not stored";
            return new() { Index = index, Text = "", Tokens = [], LogLikelihood = 0, DrawnTokens = 0, End = SampleEnd.EndToken };
        }
    }
}
