using System.Collections.Immutable;
using MedQA.Tuning.Exemplars;
using MedQA.Tuning.Transformers;
using static TorchSharp.torch;

namespace MedQA.Tuning.Learning;

/// <summary>The evaluation of a model on questions, with or without a soft prompt.</summary>
/// <param name="Loss">Mean cross-entropy over all tokens of the answers, in nats.</param>
/// <param name="Answers">The log-probability of each question's answer with its end token, in nats.</param>
/// <param name="Options">The log-likelihood of each option, in nats; empty for questions without options.</param>
internal sealed record PromptEvaluation(double Loss, ImmutableArray<double> Answers, ImmutableArray<ImmutableArray<double>> Options)
{
    /// <summary>Evaluates a model.</summary>
    /// <param name="decoder">The model.</param>
    /// <param name="mostTokens">The maximum number of tokens per batch.</param>
    /// <param name="softPrompt">[length, hidden], or <see langword="null"/> for the model alone.</param>
    /// <param name="examples">The questions.</param>
    /// <param name="withOptions">Whether to score the options too.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static PromptEvaluation Of(
        Decoder decoder,
        int mostTokens,
        float[]? softPrompt,
        ImmutableArray<TuningExample> examples,
        bool withOptions,
        CancellationToken cancellationToken)
    {
        using var noGradients = no_grad();
        using var scope = NewDisposeScope();
        var prefix = softPrompt is null
            ? null
            : decoder.ReadPrefix(tensor(softPrompt, [softPrompt.Length / decoder.Shape.Hidden, decoder.Shape.Hidden]));
        var (rows, next) = (new List<TokenRow>(), examples.Length);
        var places = new int[examples.Length];
        for (var index = 0; index < examples.Length; index++)
        {
            var example = examples[index];
            var row = TokenRow.Of(example, index);
            places[index] = next;
            if (withOptions
                && example.Options.All(static option => option.Length == 1)
                && example.OptionContext.AsSpan().SequenceEqual(example.Prompt))
            {
                // Letters are single tokens, so one row gives the answer's probability and theirs.
                row = row with
                {
                    Wanted = [
                        .. row.Wanted,
                        .. example.Options.Select((option, place) => (example.Prompt.Length - 1, option[0], next + place))
                    ]
                };
            }
            else if (withOptions)
            {
                rows.AddRange(example.Options.Select((option, place) => TokenRow.Of(example.OptionContext, option, next + place)));
            }

            rows.Add(row);
            next += withOptions ? example.Options.Length : 0;
        }

        var sums = new PromptGradient(decoder, mostTokens).Score(rows, next, prefix, cancellationToken);
        return new(
            -sums.Take(examples.Length).Sum() / examples.Sum(static example => example.Answer.Length),
            ImmutableArray.Create(sums, 0, examples.Length),
            withOptions
                ? [.. examples.Select((example, index) => ImmutableArray.Create(sums, places[index], example.Options.Length))]
                : []);
    }
}
