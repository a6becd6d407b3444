namespace MedQA.Inference.Sessions;

/// <summary>A node of a graph (NodeProto of onnx.proto3).</summary>
internal sealed record GraphNode(
    string Operation, string Name, List<string> Inputs, List<string> Outputs, Dictionary<string, long> Integers)
{
    /// <summary>Its message, if the reader keeps it; else empty.</summary>
    public byte[] Message { get; init; } = [];

    /// <summary>Reads a NodeProto.</summary>
    public static GraphNode Parse(ReadOnlySpan<byte> bytes)
    {
        var (operation, name) = ("", "");
        var (inputs, outputs) = (new List<string>(), new List<string>());
        var integers = new Dictionary<string, long>(StringComparer.Ordinal);
        var message = new ProtocolBuffer(bytes);
        while (message.Read())
        {
            switch (message.Field)
            {
                case 1:
                    inputs.Add(message.Text);
                    break;
                case 2:
                    outputs.Add(message.Text);
                    break;
                case 3:
                    name = message.Text;
                    break;
                case 4:
                    operation = message.Text;
                    break;
                case 5:
                    var attribute = new ProtocolBuffer(message.Bytes);
                    var (key, value) = ("", 0L);
                    while (attribute.Read())
                    {
                        (key, value) = attribute.Field switch
                        {
                            1 => (attribute.Text, value),
                            3 => (key, (long)attribute.Number),
                            _ => (key, value),
                        };
                    }

                    integers[key] = value;
                    break;
            }
        }

        return new(operation, name, inputs, outputs, integers);
    }

    /// <summary>Returns an integer attribute, or another value where it is absent.</summary>
    public long Integer(string name, long otherwise) => Integers.GetValueOrDefault(name, otherwise);
}
