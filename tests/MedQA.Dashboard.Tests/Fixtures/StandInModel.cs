using System.Globalization;
using System.Text.RegularExpressions;
using MedQA.Evaluation.LanguageModels;

namespace MedQA.Dashboard.Tests.Fixtures;

/// <summary>
/// A model that answers at once. Of the question of case n most samples say letter n mod 4, the more of them the larger n mod 5 is; every seventh case is a tie of two
/// letters, and of every ninth a sample names no letter, so that its vote must be forced.
/// </summary>
internal sealed partial class StandInModel(string name = "stand-in") : ILanguageModel
{
    public ModelDescription Description { get; } = new()
    {
        Name = name,
        Fingerprint = new string(name == "stand-in" ? '5' : '6', 64),
        EngineFingerprint = "stand-in engine",
        ContextLength = 100_000,
        HasChatTemplate = true,
    };

    /// <summary>Called before a question is answered; tests that look at a run in its middle hold it back there.</summary>
    public Func<CancellationToken, Task> Before { get; set; } = static _ => Task.CompletedTask;

    public int CountTokens(Prompt prompt) => TextOf(prompt).Length / 4;

    public async Task<IReadPrompt> ReadAsync(Prompt prompt, CancellationToken cancellationToken)
    {
        await Before(cancellationToken);
        var text = TextOf(prompt);
        return new Read(Case().Match(text) is { Success: true } match ? int.Parse(match.Groups["number"].Value, CultureInfo.InvariantCulture) : 0, text.Length / 4);
    }

    private static string TextOf(Prompt prompt) => prompt switch
    {
        ChatPrompt chat => chat.Messages[^1].Content,
        CompletionPrompt completion => completion.Text,
        _ => throw new NotSupportedException(),
    };

    [GeneratedRegex(@"case (?<number>\d+)", RegexOptions.RightToLeft)]
    private static partial Regex Case();

    private sealed class Read(int number, int tokens) : IReadPrompt
    {
        public int TokenCount => tokens;

        public Task<IReadOnlyList<Sample>> SampleAsync(SampleRequest request, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<Sample>>([.. Enumerable.Range(request.FirstIndex, request.Count).Select(index => Draw(index, request.Temperature))]);

        public Task<IReadOnlyList<IReadOnlyList<ContinuationScore>>> ScoreAsync(IReadOnlyList<ScoreRequest> requests, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<IReadOnlyList<ContinuationScore>>>(
                [.. requests.Select(request => request.Continuations.Select((_, option) => new ContinuationScore(option == number % 4 ? -0.5 : -2 - option, 1, option == number % 4)).ToArray())]);

        public Task<IReadOnlyList<RescoredSample>> RescoreAsync(IReadOnlyList<Sample> samples, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<RescoredSample>>([.. samples.Select(static sample => new RescoredSample(sample.Text, sample.LogLikelihood))]);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        private Sample Draw(int index, double temperature)
        {
            // A greedy sample is right more seldom, so that two profiles differ.
            var shift = temperature == 0 ? number % 6 == 0 ? 1 : 0
                : number % 7 == 0 && index != 10 ? index % 2
                : index % 5 > number % 5 ? 1 + (index % 3) : 0;
            var silent = number % 9 == 0 && index % 4 == 1;
            var letter = (char)('A' + ((number + shift) % 4));
            return new Sample
            {
                Index = index,
                Text = silent ? "The findings fit several of these, and nothing decides between them." : $"The findings of case {number} are weighed one by one; most of them speak for one option, and nothing speaks against it.\nAnswer: ({letter})",
                Tokens = [1, 2, 3, letter],
                LogLikelihood = -2.5 - (index / 10.0),
                DrawnTokens = 5,
                End = silent ? SampleEnd.MaxTokens : SampleEnd.EndToken,
            };
        }
    }
}
