using System.Globalization;
using System.Text;
using System.Xml;

namespace MedQA.Evaluation.Gating;

/// <summary>
/// The outcome of a gate as JUnit XML, which build servers read: a test case for each rule, a failure for a rule that fails and an error
/// for one that is inconclusive.
/// </summary>
public static class GateJUnit
{
    private const char Replacement = '\uFFFD';

    /// <summary>Returns the file as UTF-8.</summary>
    public static byte[] Write(GateReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        using var file = new MemoryStream();
        var settings = new XmlWriterSettings { Indent = true, NewLineChars = "\n", Encoding = new UTF8Encoding(false) };
        using (var xml = XmlWriter.Create(file, settings))
        {
            xml.WriteStartElement("testsuites");
            xml.WriteStartElement("testsuite");
            Attribute(xml, "name", report.Title ?? "medqa gate");
            Attribute(xml, "tests", Text(report.Rules.Length));
            Attribute(xml, "failures", Text(report.Rules.Count(static rule => rule.Outcome == GateOutcome.Fail)));
            Attribute(xml, "errors", Text(report.Rules.Count(static rule => rule.Outcome == GateOutcome.Inconclusive)));
            Attribute(xml, "skipped", "0");
            foreach (var rule in report.Rules)
            {
                xml.WriteStartElement("testcase");
                Attribute(xml, "classname", $"medqa.gate.{EnumNames.Of(rule.Rule.Measure)}");
                Attribute(xml, "name", rule.Name);
                if (rule.Outcome == GateOutcome.Pass)
                {
                    xml.WriteElementString("system-out", Allowed(rule.Reason));
                }
                else
                {
                    xml.WriteStartElement(rule.Outcome == GateOutcome.Fail ? "failure" : "error");
                    Attribute(xml, "message", rule.Reason);
                    Attribute(xml, "type", EnumNames.Of(rule.Outcome));
                    xml.WriteEndElement();
                }

                xml.WriteEndElement();
            }

            xml.WriteEndElement();
            xml.WriteEndElement();
        }

        return file.ToArray();
    }

    private static void Attribute(XmlWriter xml, string name, string value) => xml.WriteAttributeString(name, Allowed(value));

    private static string Text(int count) => count.ToString(CultureInfo.InvariantCulture);

    /// <summary>Names come with question sets, and may hold characters that XML cannot.</summary>
    private static string Allowed(string text)
    {
        var allowed = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (i + 1 < text.Length && XmlConvert.IsXmlSurrogatePair(text[i + 1], text[i]))
            {
                allowed.Append(text[i]).Append(text[++i]);
            }
            else
            {
                allowed.Append(XmlConvert.IsXmlChar(text[i]) ? text[i] : Replacement);
            }
        }

        return allowed.ToString();
    }
}
