using System.Text;
using MedQA.Evaluation;
using MedQA.Files;

namespace MedQA.Inference.Models;

/// <summary>
/// Finds the files in which a graph keeps its tensors, by walking the ONNX file's protocol buffer without loading it: the bytes of
/// tensors are skipped, so the walk of a graph of gigabytes reads kilobytes.
/// </summary>
internal static class OnnxExternalData
{
    private const int DeepestNesting = 32;
    private const int MaxTextLength = 4096;

    /// <summary>What a field holds, as far as the walk needs to know (numbers of onnx.proto3).</summary>
    private enum Part
    {
        Skipped,
        Model,
        Graph,
        Node,
        Attribute,
        Tensor,
        SparseTensor,
        Function,
        ExternalEntry,
    }

    /// <summary>
    /// Returns the locations, as the graph writes them (relative to its own folder), each once, in the order of the file.
    /// </summary>
    public static IReadOnlyList<string> LocationsIn(string graphPath)
    {
        var locations = new List<string>();
        try
        {
            using var stream = RegularFile.Open(graphPath, bufferSize: 1 << 16);
            if (stream.Length == 0)
            {
                throw new UnusableException(graphPath, "it is empty", "Fetch the graph again");
            }

            new Walk(stream, graphPath, locations).Message(Part.Model, stream.Length, 0);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw ModelFile.Unreadable(graphPath, exception);
        }

        return locations;
    }

    private static Part Field(Part message, ulong number) => (message, number) switch
    {
        (Part.Model, 7) => Part.Graph,
        (Part.Model, 25) => Part.Function,
        (Part.Graph, 1) => Part.Node,
        (Part.Graph, 5) => Part.Tensor,
        (Part.Graph, 15) => Part.SparseTensor,
        (Part.Function, 7) => Part.Node,
        (Part.Node, 5) => Part.Attribute,
        (Part.Attribute, 5) or (Part.Attribute, 10) => Part.Tensor,
        (Part.Attribute, 6) or (Part.Attribute, 11) => Part.Graph,
        (Part.Attribute, 22) or (Part.Attribute, 23) => Part.SparseTensor,
        (Part.SparseTensor, 1) or (Part.SparseTensor, 2) => Part.Tensor,
        (Part.Tensor, 13) => Part.ExternalEntry,
        _ => Part.Skipped,
    };

    private sealed class Walk(FileStream stream, string path, List<string> locations)
    {
        private readonly HashSet<string> _seen = new(StringComparer.Ordinal);

        public void Message(Part message, long end, int depth)
        {
            if (depth > DeepestNesting)
            {
                throw Damaged("its parts are nested too deeply");
            }

            string? key = null;
            string? value = null;
            while (stream.Position < end)
            {
                var tag = Number(end);
                switch (tag & 7)
                {
                    case 0:
                        Number(end);
                        break;
                    case 1:
                        Skip(8, end);
                        break;
                    case 5:
                        Skip(4, end);
                        break;
                    case 2:
                        var length = Number(end);
                        if (length > (ulong)(end - stream.Position))
                        {
                            throw Damaged("it is cut off");
                        }

                        var partEnd = stream.Position + (long)length;
                        if (message == Part.ExternalEntry && tag >> 3 == 1)
                        {
                            key = Text((int)Math.Min(length, int.MaxValue));
                        }
                        else if (message == Part.ExternalEntry && tag >> 3 == 2)
                        {
                            value = Text((int)Math.Min(length, int.MaxValue));
                        }
                        else if (Field(message, tag >> 3) is not Part.Skipped and var part)
                        {
                            Message(part, partEnd, depth + 1);
                        }
                        else
                        {
                            stream.Position = partEnd;
                        }

                        break;
                    default:
                        throw Damaged("it is not an ONNX graph");
                }
            }

            if (message == Part.ExternalEntry && key == "location" && value is not null && _seen.Add(value))
            {
                locations.Add(value);
            }
        }

        private ulong Number(long end)
        {
            ulong value = 0;
            for (var shift = 0; shift < 64; shift += 7)
            {
                if (stream.Position >= end || stream.ReadByte() is not (>= 0 and var next))
                {
                    throw Damaged("it is cut off");
                }

                value |= (ulong)(next & 0x7F) << shift;
                if (next < 0x80)
                {
                    return value;
                }
            }

            throw Damaged("it is not an ONNX graph");
        }

        private void Skip(int count, long end)
        {
            if (end - stream.Position < count)
            {
                throw Damaged("it is cut off");
            }

            stream.Position += count;
        }

        private string Text(int length)
        {
            if (length > MaxTextLength)
            {
                throw Damaged($"it names a file with {length:N0} characters");
            }

            var bytes = new byte[length];
            stream.ReadExactly(bytes);
            return Encoding.UTF8.GetString(bytes);
        }

        private UnusableException Damaged(string problem) => new(path, problem, "Fetch the graph again");
    }
}
