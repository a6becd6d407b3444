using MedQA.Inference.Sessions;

namespace MedQA.Inference.Optimization;

/// <summary>A 4-bit product with the nodes that restore its blocks' offsets: quantized(x) + (x · block sums) · offsets.</summary>
/// <param name="Quantized">The MatMulNBits node.</param>
/// <param name="OffsetProductNode">The product with the offsets.</param>
/// <param name="Sum">The addition of both.</param>
/// <param name="Weights">4-bit weights [outputs, blocks, 16].</param>
/// <param name="Scales">Scales [outputs, blocks].</param>
/// <param name="Offsets">Offsets [blocks, outputs].</param>
/// <param name="BlockSums">What adds up each block's inputs [inputs, blocks]: see <see cref="AddsUpBlocks"/>.</param>
internal sealed record OffsetProduct(
    GraphNode Quantized,
    GraphNode OffsetProductNode,
    GraphNode Sum,
    GraphTensor Weights,
    GraphTensor Scales,
    GraphTensor Offsets,
    GraphTensor BlockSums)
{
    /// <summary>Inputs of a block.</summary>
    public const int BlockSize = 32;

    /// <summary>
    /// Returns whether <see cref="BlockSums"/> adds up blocks: 1 where a column is the block of a row's input, else 0. Anything else in
    /// its place is not about offsets, such as the first factor of a low-rank change of the weights.
    /// </summary>
    /// <param name="folder">The graph's folder.</param>
    /// <exception cref="InvalidDataException">It is neither float32 nor float16.</exception>
    public bool AddsUpBlocks(string folder)
    {
        var inputs = Quantized.Integer("K", 0);
        if (inputs % BlockSize != 0
            || BlockSums.Dimensions is not [var rows, var columns]
            || rows != inputs
            || columns != inputs / BlockSize)
        {
            return false;
        }

        var numbers = BlockSums.ReadNumbers(folder);
        if (numbers.Length != rows * columns)
        {
            return false;
        }

        for (var index = 0; index < numbers.Length; index++)
        {
            if (numbers[index] != (index / columns / BlockSize == index % columns ? 1 : 0))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Returns all such products of a graph.</summary>
    public static IEnumerable<OffsetProduct> FindAll(IReadOnlyList<GraphNode> nodes, IReadOnlyDictionary<string, GraphTensor> tensors)
    {
        var madeBy = nodes.SelectMany(static node => node.Outputs.Select(output => (output, node)))
            .Where(static pair => pair.output.Length > 0)
            .ToDictionary(static pair => pair.output, static pair => pair.node, StringComparer.Ordinal);
        var users = nodes.SelectMany(static node => node.Inputs.Select(input => (input, node)))
            .ToLookup(static pair => pair.input, static pair => pair.node, StringComparer.Ordinal);
        foreach (var quantized in nodes.Where(
            static node => node.Operation == "MatMulNBits"
                && node.Integer("bits", 4) == 4
                && node.Integer("block_size", 0) == BlockSize
                && node.Inputs.Count == 3))
        {
            if (users[quantized.Outputs[0]].ToList() is [{ Operation: "Add" } sum]
                && madeBy.TryGetValue(sum.Inputs.Single(input => input != quantized.Outputs[0]), out var offsetProduct)
                && offsetProduct.Operation == "MatMul"
                && users[offsetProduct.Outputs[0]].Count() == 1
                && madeBy.TryGetValue(offsetProduct.Inputs[0], out var blockSum)
                && blockSum.Operation == "MatMul"
                && blockSum.Inputs[0] == quantized.Inputs[0]
                && TensorBehind(quantized.Inputs[1]) is { } weights
                && TensorBehind(quantized.Inputs[2]) is { } scales
                && TensorBehind(offsetProduct.Inputs[1]) is { } offsets
                && TensorBehind(blockSum.Inputs[1]) is { } blockSums)
            {
                yield return new(quantized, offsetProduct, sum, weights, scales, offsets, blockSums);
            }
        }

        // A tensor that the graph keeps, perhaps in another precision.
        GraphTensor? TensorBehind(string name) =>
            tensors.TryGetValue(name, out var tensor) ? tensor
            : madeBy.TryGetValue(name, out var cast) && cast.Operation == "Cast" ? tensors.GetValueOrDefault(cast.Inputs[0])
            : null;
    }
}
