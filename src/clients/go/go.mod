module http-benchmark/clients

go 1.19
