namespace MedQA.Inference.Sessions;

/// <summary>A GroupQueryAttention node of a graph: the settings of ONNX Runtime's contrib operator for its cache and positions.</summary>
/// <param name="Window">How many cells back a token looks, or −1 for all.</param>
/// <param name="HasRotary">Whether the node rotates queries and keys by position.</param>
/// <param name="RotaryLength">How many positions the node's table of angles has; <see langword="null"/> if there is none or the graph
/// computes it.</param>
internal sealed record AttentionNode(int Window, bool HasRotary, int? RotaryLength)
{
    /// <summary>Whether the angles are a fixed table: not chosen by the sequence's length as LongRoPE does.</summary>
    public bool HasFixedRotary => !HasRotary || RotaryLength is not null;
}
