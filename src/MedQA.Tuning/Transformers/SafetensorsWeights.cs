using MedQA.Evaluation;
using MedQA.Inference.SoftPrompts;

namespace MedQA.Tuning.Transformers;

/// <summary>Weights in one or more safetensors files.</summary>
internal sealed class SafetensorsWeights : IWeightSource
{
    private readonly List<SafetensorsReader> _files = [];
    private readonly Dictionary<string, SafetensorsReader> _places = new(StringComparer.Ordinal);
    private readonly string _folder;

    public SafetensorsWeights(string folder)
    {
        _folder = folder;
        try
        {
            foreach (var path in Directory.EnumerateFiles(folder, "*.safetensors").Order(StringComparer.Ordinal))
            {
                var file = SafetensorsReader.Open(path, "Download the file again");
                _files.Add(file);
                foreach (var name in file.Tensors.Keys)
                {
                    _places.TryAdd(name, file);
                }
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public bool Has(string name) => _places.ContainsKey(name);

    public float[] Read(string name, long count)
    {
        if (!_places.TryGetValue(name, out var file))
        {
            throw new UnusableException(
                _folder,
                $"no safetensors file of the folder has the tensor \"{name}\"",
                "Download all parts of the weights");
        }

        return file.Find(name).Count == count ? file.ReadSingles(name)
            : throw new UnusableException(
                _folder,
                $"the tensor \"{name}\" has {file.Find(name).Count:N0} numbers, but config.json requires {count:N0}",
                "Download the weights and config.json of the same model");
    }

    public void Dispose() => _files.ForEach(static file => file.Dispose());
}
