using System.IO.Compression;
using System.Text;

namespace MedQA.Testing.Fuzzing;

/// <summary>Makes bad files of good ones. A mutation is a function of its seed.</summary>
public static class Mutation
{
    private static readonly byte[][] Tokens =
    [
        .. new[]
        {
            "\"", "\"\"", ",", ";", "\t", "|", "\n", "\r", "\r\n", "\0", "\uFEFF", "\uFFFF", "\uFFFE", "{", "}", "[", "]", ":", "\\", "\\ud800", "<", ">", "</", "<!--", "<![CDATA[", "<!DOCTYPE x [<!ENTITY a \"b\">]>", "&a;", "&#0;",
            "question", "answer", "options", "id", "-1", "0", "1e999", "99999999999999999999", "=1+1", "NLM-QUESTION", "PAR1", "PK\u0003\u0004", "null", "true", " ", "😀", "sep=;", "#", "{{", "}}", "{%", "%}", "PK\u0001\u0002", "PK\u0005\u0006", "..", "../", "%2f", "\\u0000", "\u202e", "[[[[", "{\"a\":", "NaN", "9223372036854775808", "1e-400",
        }.Select(Encoding.UTF8.GetBytes),
        [0xFF], [0xC3], [0xED, 0xA0, 0x80], [0xFF, 0xFE], [0x7F, 0xFF, 0xFF, 0xFF], [0xFF, 0xFF, 0xFF, 0xFF, 0x0F], [0x80, 0x80, 0x80, 0x80, 0x80],
    ];

    /// <summary>A file with 1 to 6 changes; one in eight begins as the start of it and the end of another. Of a workbook, half of the changes are made inside one of its parts.</summary>
    public static byte[] Of(byte[] good, byte[] other, Random random) => random.Next(8) switch
    {
        0 => Changed([.. good[..random.Next(good.Length + 1)], .. other[random.Next(other.Length + 1)..]], random),
        < 5 when good is [(byte)'P', (byte)'K', ..] => InsideArchive(good, random),
        _ => Changed(good, random),
    };


    private static byte[] Changed(byte[] good, Random random)
    {
        var bytes = good.ToList();
        for (var changes = random.Next(1, 7); changes > 0; changes--)
        {
            var at = random.Next(bytes.Count + 1);
            var length = Math.Min(random.Next(1, 1 << random.Next(1, 9)), bytes.Count - at);
            switch (random.Next(8))
            {
                case 0 when at < bytes.Count:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1 when at < bytes.Count:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 2:
                    bytes.RemoveRange(at, length);
                    break;
                case 3:
                    bytes.InsertRange(random.Next(bytes.Count + 1), bytes.GetRange(at, length));
                    break;
                case 4:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                case 5:
                    bytes.InsertRange(at, Enumerable.Repeat(Tokens[random.Next(Tokens.Length)], 1 << random.Next(0, 12)).SelectMany(static token => token));
                    break;
                default:
                    bytes.InsertRange(at, Tokens[random.Next(Tokens.Length)]);
                    break;
            }
        }

        return [.. bytes];
    }

    private static byte[] InsideArchive(byte[] good, Random random)
    {
        using var stream = new MemoryStream();
        using (var from = new ZipArchive(new MemoryStream(good)))
        using (var to = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            var changed = random.Next(from.Entries.Count);
            for (var i = 0; i < from.Entries.Count; i++)
            {
                using var part = new MemoryStream();
                using (var open = from.Entries[i].Open())
                {
                    open.CopyTo(part);
                }

                using var entry = to.CreateEntry(from.Entries[i].FullName).Open();
                entry.Write(i == changed ? Changed(part.ToArray(), random) : part.ToArray());
            }
        }

        return stream.ToArray();
    }
}
