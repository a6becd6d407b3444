using MedQA.Tuning.Exemplars;
using MedQA.Tuning.Transformers;
using TorchSharp;
using static TorchSharp.torch;

namespace MedQA.Tuning.Learning;

/// <summary>Computes the loss and gradient of a soft prompt, and log-probabilities after one.</summary>
/// <param name="decoder">The model.</param>
/// <param name="mostTokens">
/// The maximum number of tokens per micro-batch, which limits a step's memory: about 2 MB per token for 135 million parameters in float32.
/// </param>
internal sealed class PromptGradient(Decoder decoder, int mostTokens)
{
    /// <summary>Computes the mean cross-entropy over all tokens of the answers, in nats, and its gradient.</summary>
    /// <remarks>
    /// No virtual token sees a prompt, so the soft prompt has the same keys and values for all exemplars. They are computed once; the
    /// micro-batches accumulate gradients at them, which then flow to the soft prompt together.
    /// </remarks>
    /// <param name="softPrompt">[length, hidden], row-major.</param>
    /// <param name="batch">The exemplars.</param>
    public (double Loss, float[] Gradient) Compute(float[] softPrompt, IReadOnlyList<TuningExample> batch)
    {
        using var scope = NewDisposeScope();
        var answerTokens = batch.Sum(static example => example.Answer.Length);
        var soft = tensor(softPrompt, [softPrompt.Length / decoder.Shape.Hidden, decoder.Shape.Hidden]).requires_grad_(true);
        var prefix = decoder.ReadPrefix(soft);
        KeysAndValues[] leaves = [.. prefix.Select(
            static layer => new KeysAndValues(layer.Keys.detach().requires_grad_(true), layer.Values.detach().requires_grad_(true)))];
        var sum = 0.0;
        foreach (var rows in TokenRow.Divide(batch.Select(static example => TokenRow.Of(example, 0)), mostTokens))
        {
            using var micro = NewDisposeScope();
            var total = LogProbabilities(rows, leaves).Values.sum();
            sum -= total.ToDouble();
            (total / -answerTokens).backward();
        }

        var made = prefix.SelectMany(static layer => (Tensor[])[layer.Keys, layer.Values]).ToList();
        var gradients = leaves.SelectMany(static layer => (Tensor[])[layer.Keys.grad!, layer.Values.grad!]).ToList();
        autograd.backward(made, gradients);
        return (sum / answerTokens, soft.grad!.data<float>().ToArray());
    }

    /// <summary>Computes the sums of log-probabilities, in nats, that rows request, without gradients.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="sums">The number of sums.</param>
    /// <param name="prefix">The soft prompt in front of all rows, or <see langword="null"/>.</param>
    /// <param name="cancellationToken">Checked between batches.</param>
    public double[] Score(IEnumerable<TokenRow> rows, int sums, KeysAndValues[]? prefix, CancellationToken cancellationToken)
    {
        using var noGradients = no_grad();
        var result = new double[sums];
        foreach (var batch in TokenRow.Divide(rows, mostTokens))
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var (values, targets) = LogProbabilities(batch, prefix);
            var numbers = values.data<float>().ToArray();
            for (var index = 0; index < numbers.Length; index++)
            {
                result[targets[index]] += numbers[index];
            }
        }

        return result;
    }

    private (Tensor Values, int[] Sums) LogProbabilities(TokenRow[] rows, KeysAndValues[]? prefix)
    {
        var longest = rows.Max(static row => row.Tokens.Length);
        var ids = new long[rows.Length * longest];
        var places = new Dictionary<int, int>();
        var (indices, sums) = (new List<long>(), new List<int>());
        for (var row = 0; row < rows.Length; row++)
        {
            for (var token = 0; token < rows[row].Tokens.Length; token++)
            {
                ids[(row * longest) + token] = rows[row].Tokens[token];
            }

            foreach (var (place, token, sum) in rows[row].Wanted)
            {
                var flat = (row * longest) + place;
                places.TryAdd(flat, places.Count);
                indices.Add(((long)places[flat] * decoder.Shape.Vocabulary) + token);
                sums.Add(sum);
            }
        }

        var hidden = decoder.Read(tensor(ids, [rows.Length, longest]), prefix);
        // Logits are computed only where needed: with a vocabulary of 49,152 they take most of the memory.
        var wanted =
            hidden.view(-1, decoder.Shape.Hidden).index_select(0, tensor(places.Keys.Select(static place => (long)place).ToArray()));
        return (decoder.Logits(wanted).log_softmax(-1).view(-1).index_select(0, tensor(indices.ToArray())), [.. sums]);
    }
}
